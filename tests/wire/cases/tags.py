CONTENT = """content = [known(TSC.WorkbookItem('p-1'), 'w-1'), known(TSC.DatasourceItem('p-1'), 'd-1'), known(TSC.FlowItem('p-1'), 'f-1')]
"""
ANSWER = '<tagBatch><tags><tag label="two words"/></tags></tagBatch>'
case("batch_add", f"{CONTENT}server.tags.batch_add('two words', content)", ANSWER)
case("batch_delete", f"{CONTENT}server.tags.batch_delete('two words', content[:1])", ANSWER)
