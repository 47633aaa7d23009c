BIG = {"big.bin": b"0123456789abcdefghij0123456789"}
case("initiate", "server.fileuploads.initiate()", CHUNKS[0])
case(
    "append",
    """
    from tableauserverclient.server import RequestFactory
    body, content_type = RequestFactory.Fileupload.chunk_req(b'\\x00\\x01chunk')
    server.fileuploads.append('7:ab-1:0', body, content_type)
    """,
    CHUNKS[1],
)
case("upload", "server.fileuploads.upload('big.bin')", *CHUNKS, files=BIG, chunk=20)
