//! Answers how many bytes its body has and their SHA-256.

xdt::handler!(answer);

fn answer(body: &[u8]) -> Result<xdt::Region, xdt::Error> {
    xdt::Region::copy_of(format!("{} {}\n", body.len(), xdt::hex(&xdt::sha256(body))).as_bytes())
}
