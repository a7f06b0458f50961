import { LabelledHistogram } from './labelled-histogram';
import { familyLines, type MetricFamily } from './metric-family';
import { RpcLatency } from './rpc-latency';

async function linesOf(family: MetricFamily): Promise<string[]> {
  let text = '';
  for await (const chunk of familyLines(family)) text += chunk;
  return text.trimEnd().split('\n');
}

describe('LabelledHistogram', () => {
  test('counts what is at or below each bound, apart for every key', async () => {
    const histogram = new LabelledHistogram({
      name: 'size',
      help: 'Sizes.',
      bounds: [10, 20.5],
      labelsOf: (key) => ({ topic: key }),
    });
    for (const value of [10, 11, 20.5, 99]) histogram.observe('a', value);
    histogram.observe('b', 0);
    expect(await linesOf(histogram)).toEqual([
      '# HELP size Sizes.',
      '# TYPE size histogram',
      'size_bucket{topic="a",le="10.0"} 1',
      'size_bucket{topic="a",le="20.5"} 3',
      'size_bucket{topic="a",le="+Inf"} 4',
      'size_sum{topic="a"} 140.5',
      'size_count{topic="a"} 4',
      'size_bucket{topic="b",le="10.0"} 1',
      'size_bucket{topic="b",le="20.5"} 1',
      'size_bucket{topic="b",le="+Inf"} 1',
      'size_sum{topic="b"} 0',
      'size_count{topic="b"} 1',
    ]);
  });

  test('what has no labels any more is forgotten', () => {
    const gone = new Set(['a']);
    const histogram = new LabelledHistogram({
      name: 'size',
      help: '',
      bounds: [],
      labelsOf: (key) => (gone.has(key) ? undefined : {}),
    });
    histogram.observe('a', 1);
    expect([...histogram.samples()]).toEqual([]);
    gone.clear();
    expect([...histogram.samples()]).toEqual([]);
  });
});

test('RpcLatency names codes as the original does, and those without a name all alike', async () => {
  const latency = new RpcLatency({
    labels: { node_id: 'b' },
    requestCodes: { PULL_MESSAGE: 11 },
    responseCodes: { SUCCESS: 0, REQUEST_CODE_NOT_SUPPORTED: 3 },
  });
  latency.onEnd(11, 0, 5, 'success', true);
  latency.onEnd(31_999, 3, 0.5, 'success', false);
  latency.onEnd(31_998, 3, 0.5, 'success', false);
  const counts = (await linesOf(latency.family)).filter((line) => line.includes('_count'));
  expect(counts).toEqual([
    'rocketmq_rpc_latency_milliseconds_count{node_id="b",protocol_type="remoting",' +
      'request_code="pull_message",response_code="success",is_long_polling="true",' +
      'result="success"} 1',
    'rocketmq_rpc_latency_milliseconds_count{node_id="b",protocol_type="remoting",' +
      'request_code="unknown",response_code="request_code_not_supported",' +
      'is_long_polling="false",result="success"} 2',
  ]);
});
