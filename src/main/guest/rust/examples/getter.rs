//! Its body is a reference; answers the object.

xdt::handler!(answer);

fn answer(body: &[u8]) -> Result<xdt::Region, xdt::Error> {
    let reference = std::str::from_utf8(body).map_err(|e| xdt::Error { errno: 22, text: e.to_string() })?;
    xdt::get(reference.trim())
}
