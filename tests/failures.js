// Prints the failed tests of a result file (.trx of xUnit, .json of vitest), each with the beginning of its message.
//   node tests/failures.js ROOM FILE
const { existsSync, readFileSync } = require('node:fs');

const [room, file] = process.argv.slice(2);
const entities = { lt: '<', gt: '>', quot: '"', apos: "'", amp: '&' };
const unescape = text => text.replace(/&#x([0-9a-f]+);/gi, (_, code) => String.fromCodePoint(parseInt(code, 16))).replace(/&(\w+);/g, (all, name) => entities[name] ?? all);

/** The failed tests as [name, message]. */
function* failures(text) {
  if (file.endsWith('.json')) {
    for (const suite of JSON.parse(text).testResults) {
      for (const test of suite.assertionResults) if (test.status === 'failed') yield [test.fullName, test.failureMessages.join('\n')];
      if (suite.assertionResults.length === 0 && suite.status === 'failed') yield [suite.name, suite.message];
    }
    return;
  }
  for (const [, result] of text.matchAll(/<UnitTestResult ([^>]*outcome="Failed"[^>]*>(?:(?!<\/UnitTestResult>).)*)/gs)) {
    yield [unescape(/testName="([^"]*)"/.exec(result)?.[1] ?? '?'), unescape(/<Message>(.*?)<\/Message>/s.exec(result)?.[1] ?? '')];
  }
}

if (!existsSync(file)) console.log(`${room}: left no result`);
else for (const [name, message] of failures(readFileSync(file, 'utf8'))) console.log(`${room}: ${name}\n    ${message.slice(0, 1500).trim().replaceAll('\n', '\n    ')}`);
