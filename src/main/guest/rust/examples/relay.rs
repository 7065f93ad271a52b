//! Hands its body on to the neighbour `consumer` and its answer back: from linear memory to linear memory, one copy.

xdt::handler!(answer);

fn answer(body: &[u8]) -> Result<xdt::Region, xdt::Error> {
    xdt::invoke("consumer", body)
}
