//! Its body is a reference; answers how many bytes the object has and their SHA-256.

xdt::handler!(answer);

fn answer(body: &[u8]) -> Result<xdt::Region, xdt::Error> {
    let reference = std::str::from_utf8(body).map_err(|e| xdt::Error { errno: 22, text: e.to_string() })?;
    let object = xdt::get(reference.trim())?;
    xdt::Region::copy_of(format!("{} {}\n", object.len(), xdt::hex(&xdt::sha256(&object))).as_bytes())
}
