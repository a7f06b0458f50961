import { parseArgs } from 'node:util';

/** Reads the options of both runs; a wrong one ends the process with 2. */
export function readOptions(more = {}) {
  const text = (value) => ({ type: 'string', default: value });
  const { values } = parseArgs({
    options: {
      users: text('20000'),
      stock: text('500'),
      pay: text('0.8'),
      'drain-seconds': text('240'),
      html: text('seckill-report.html'),
      ...more,
    },
  });
  const number = (name) => {
    const value = Number(values[name]);
    if (value > 0) return value;
    console.error(`--${name} is '${values[name]}'; write a number above 0`);
    process.exit(2);
  };
  return {
    ...values,
    users: number('users'),
    stock: number('stock'),
    pay: number('pay'),
    drainSeconds: number('drain-seconds'),
  };
}
