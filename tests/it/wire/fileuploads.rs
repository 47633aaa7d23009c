use tableau_server_client as tsc;
use tsc::Source;

use super::golden::Goldens;

pub fn cases(g: &mut Goldens) {
    // TSC has separate calls for the steps of an upload; here they are one call.
    g.not_applicable(&["initiate", "append"]);
    g.same("upload", |s| {
        let source = Source::bytes("big.bin", &b"0123456789abcdefghij0123456789"[..]);
        s.fileuploads().upload(source.chunk_size(20)).map(|upload| upload.id().to_owned())
    });
}
