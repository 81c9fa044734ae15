import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';

const root = new URL('../', import.meta.url);
const dist = new URL('dist/', root);
const bytesMax = 40_000;

describe.skipIf(!existsSync(dist))('the built package', () => {
  const modules = readdirSync(dist, { recursive: true, encoding: 'utf8' }).filter(name => name.endsWith('.js'));
  const text = (name: string) => readFileSync(new URL(name, dist), 'utf8');

  it('is as small as its README says', () => {
    const size = gzipSync(Buffer.concat(modules.map(name => readFileSync(new URL(name, dist)))), { level: 9 }).length;
    expect(size).toBeGreaterThan(10_000);
    expect(size).toBeLessThan(bytesMax);
    expect(readFileSync(new URL('README.md', root), 'utf8')).toContain(`below ${bytesMax / 1000} kB with gzip`);
  });

  it('depends on nothing, and names each of its modules as a browser finds it', () => {
    const { dependencies, peerDependencies } = JSON.parse(readFileSync(new URL('package.json', root), 'utf8')) as Record<string, unknown>;
    expect([dependencies, peerDependencies]).toEqual([undefined, undefined]);
    for (const name of modules) {
      for (const [, named, bare, late] of text(name).matchAll(/^(?:import|export)\b[^'"]*?\bfrom ['"]([^'"]+)['"]|^import ['"]([^'"]+)['"]|\bimport\(['"]([^'"]+)['"]/gm)) {
        const target = named ?? bare ?? late!;
        expect(target, `${name} imports ${target}`).toMatch(/^\.{1,2}\/.*\.js$/);
        expect(existsSync(new URL(target, new URL(name, dist))), `${name} imports ${target}`).toBe(true);
      }
    }
  });

  it('has types for all that it exports', () => {
    const exported = [...text('index.js').matchAll(/from '(.+)\.js'/g)].map(([, target]) => target!);
    expect(exported.length).toBeGreaterThan(8);
    for (const target of exported) expect(existsSync(new URL(`${target}.d.ts`, dist)), target).toBe(true);
  });
});
