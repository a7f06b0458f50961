#!/usr/bin/env node
/**
 * Writes docs/rocket-nest/api.md from the declarations and docstrings of what rocket-nest exports.
 *   node tools/api-reference.mjs [--check]
 * With --check nothing is written, and the exit code is 1 when the page is not current.
 */
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '..');
const lib = path.join(root, 'libs/rocket-nest');
const page = path.join(root, 'docs/rocket-nest/api.md');
const LONGEST_TYPE = 160;

/** Entries of the package: subpath -> source file. */
function entries() {
  const { exports } = JSON.parse(fs.readFileSync(path.join(lib, 'package.json'), 'utf8'));
  return Object.entries(exports)
    .filter(([, target]) => typeof target === 'object')
    .map(([subpath, { types }]) => ({
      name: path.posix.join('rocket-nest', subpath),
      file: path.join(lib, types.replace('./dist/', 'src/').replace('.d.ts', '.ts')),
    }));
}

function createProgram(files) {
  const config = ts.getParsedCommandLineOfConfigFile(
    path.join(lib, 'tsconfig.json'),
    { noEmit: true, composite: false, incremental: false },
    { ...ts.sys, onUnRecoverableConfigFileDiagnostic: () => undefined },
  );
  return ts.createProgram(files, config.options);
}

/** Docstrings and signatures of one program. */
class Reference {
  constructor(program) {
    this.checker = program.getTypeChecker();
    this.program = program;
    this.documented = new Map();
  }

  entry({ name, file }) {
    const module = this.checker.getSymbolAtLocation(this.program.getSourceFile(file));
    const exported = this.checker
      .getExportsOfModule(module)
      .map((symbol) => ({ name: symbol.name, symbol: this.target(symbol) }))
      .filter((each) => this.isFirst(each, name))
      .sort((a, b) => (a.name < b.name ? -1 : 1));
    return [`## ${name}`, ...exported.map((each) => this.section(each))].join('\n\n');
  }

  /** What several entries export is described once. */
  isFirst({ symbol }, entry) {
    const known = this.documented.get(symbol);
    if (known) return false;
    this.documented.set(symbol, entry);
    return true;
  }

  target(symbol) {
    return symbol.flags & ts.SymbolFlags.Alias ? this.checker.getAliasedSymbol(symbol) : symbol;
  }

  section({ name, symbol }) {
    const [declaration] = symbol.declarations ?? [];
    const parts = [`### ${name}`, `*${kindOf(declaration)}*${after(' ', this.doc(symbol))}`];
    if (ts.isFunctionDeclaration(declaration)) parts.push(this.signatures(symbol, name));
    else if (ts.isTypeAliasDeclaration(declaration)) parts.push(code(textOf(declaration.type)));
    else if (ts.isClassDeclaration(declaration)) parts.push(this.members(symbol, declaration));
    else if (ts.isInterfaceDeclaration(declaration)) parts.push(this.members(symbol, declaration));
    return parts.filter((part) => part !== '').join('\n\n');
  }

  members(symbol, declaration) {
    const isClass = ts.isClassDeclaration(declaration);
    const statics = isClass
      ? this.checker
          .getPropertiesOfType(this.checker.getTypeOfSymbol(symbol))
          .filter((member) => member.name !== 'prototype' && isPublic(member, declaration))
          .map((member) => ({ member, prefix: `${symbol.name}.` }))
      : [];
    const own = [...(symbol.members?.values() ?? [])]
      .filter((member) => isPublic(member, declaration))
      .map((member) => ({ member, prefix: '' }));
    const rows = [...this.constructorRow(symbol, declaration), ...statics, ...own].map((each) =>
      'text' in each ? each.text : this.row(each),
    );
    if (rows.length === 0) return '';
    return ['| | |', '|---|---|', ...rows].join('\n');
  }

  /** Classes that Nest makes are not constructed by users; errors and pure values are. */
  constructorRow(symbol, declaration) {
    const made = ts.isClassDeclaration(declaration) && declaration.members.find(isDocumentedNew);
    if (!made) return [];
    const parameters = made.parameters.map((each) => textOf(each)).join(', ');
    const doc = this.docOf(ts.getJSDocCommentsAndTags(made));
    return [{ text: `| \`new ${symbol.name}(${cell(parameters)})\` | ${cell(doc)} |` }];
  }

  row({ member, prefix }) {
    const [declaration] = member.declarations ?? [];
    const type = this.checker.getTypeOfSymbolAtLocation(member, declaration);
    const calls = type.getCallSignatures();
    const isMethod = member.flags & ts.SymbolFlags.Method && calls.length > 0;
    const optional = member.flags & ts.SymbolFlags.Optional ? '?' : '';
    const shown = isMethod
      ? calls.map((call) => `${prefix}${member.name}${this.checker.signatureToString(call)}`)
      : [`${prefix}${member.name}${optional}: ${this.typeText(declaration, type)}`];
    const texts = shown.map((text) => `\`${cell(shortened(text))}\``).join('<br>');
    return `| ${texts} | ${cell(this.doc(member))} |`;
  }

  typeText(declaration, type) {
    if (declaration?.type) return textOf(declaration.type);
    return this.checker.typeToString(type, undefined, ts.TypeFormatFlags.NoTruncation);
  }

  signatures(symbol, name) {
    const [declaration] = symbol.declarations;
    const type = this.checker.getTypeOfSymbolAtLocation(symbol, declaration);
    const flags = ts.TypeFormatFlags.NoTruncation;
    const texts = type
      .getCallSignatures()
      .map((call) => `${name}${this.checker.signatureToString(call, undefined, flags)}`);
    return code(texts.join('\n'));
  }

  doc(symbol) {
    const text = ts.displayPartsToString(symbol.getDocumentationComment(this.checker));
    const tags = symbol
      .getJsDocTags(this.checker)
      .filter(({ name }) => name === 'param' || name === 'throws')
      .map(({ name, text: parts }) => tagText(name, ts.displayPartsToString(parts)));
    return joined([text, ...tags]);
  }

  docOf(comments) {
    const texts = comments.flatMap((each) => [
      ts.getTextOfJSDocComment(each.comment) ?? '',
      ...(each.tags ?? []).map((tag) =>
        tagText(
          tag.tagName.text,
          `${tag.name ? `${textOf(tag.name)} ` : ''}${ts.getTextOfJSDocComment(tag.comment) ?? ''}`,
        ),
      ),
    ]);
    return joined(texts);
  }
}

function tagText(name, text) {
  if (name === 'throws') return `Throws ${text.trim()}.`.replace(/\.\.$/, '.');
  const [, parameter, rest] = /^(\S+)\s*([\s\S]*)$/.exec(text.trim()) ?? [];
  return parameter && rest ? `\`${parameter}\`: ${rest}.`.replace(/\.\.$/, '.') : '';
}

const joined = (texts) =>
  texts
    .map((text) => text.replace(/\s+/g, ' ').trim())
    .filter((text) => text !== '')
    .join(' ');
const after = (gap, text) => (text === '' ? '' : gap + text);
const textOf = (node) =>
  node
    .getText()
    .replace(/\/\*\*[\s\S]*?\*\//g, '')
    .replace(/\s+/g, ' ')
    .trim();
const cell = (text) => text.replace(/\\/g, '\\\\').replace(/\|/g, '\\|').replace(/\n/g, ' ');
const code = (text) => `\`\`\`\n${text}\n\`\`\``;
const shortened = (text) =>
  text.length > LONGEST_TYPE ? `${text.slice(0, LONGEST_TYPE - 4)} ...` : text;

function kindOf(declaration) {
  if (ts.isClassDeclaration(declaration)) return 'Class.';
  if (ts.isInterfaceDeclaration(declaration)) return 'Interface.';
  if (ts.isTypeAliasDeclaration(declaration)) return 'Type.';
  if (ts.isFunctionDeclaration(declaration))
    return isDecorator(declaration) ? 'Decorator.' : 'Function.';
  return 'Constant.';
}

function isDecorator(declaration) {
  return /Decorator\b/.test(declaration.type?.getText() ?? '');
}

/** Own, documented or not, but neither private nor a hook that only Nest calls. */
function isPublic(member, declaration) {
  if (/^(on(Module|Application)|beforeApplication|__|constructor)/.test(member.name)) return false;
  const found = member.declarations?.find(
    (each) => each.parent === declaration || ts.isParameter(each),
  );
  if (!found || found.getSourceFile() !== declaration.getSourceFile()) return false;
  const flags = ts.getCombinedModifierFlags(found);
  return (
    !(flags & (ts.ModifierFlags.Private | ts.ModifierFlags.Protected)) && !/^[#[]/.test(member.name)
  );
}

function isDocumentedNew(member) {
  return ts.isConstructorDeclaration(member) && ts.getJSDocCommentsAndTags(member).length > 0;
}

export function renderReference() {
  const all = entries();
  const reference = new Reference(createProgram(all.map(({ file }) => file)));
  const lines = [
    '# API',
    '<!-- Written by `node tools/api-reference.mjs` from the docstrings; a test compares it with the code. -->',
    `What the package exports: ${all.map(({ name }) => `\`${name}\``).join(', ')}. Durations are in the unit of their name; errors have a \`code\`.`,
    ...all.map((entry) => reference.entry(entry)),
  ];
  return `${lines.join('\n\n')}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const text = renderReference();
  const current = fs.existsSync(page) ? fs.readFileSync(page, 'utf8') : '';
  if (process.argv.includes('--check')) {
    if (current !== text) console.error('docs/rocket-nest/api.md differs from the docstrings');
    process.exitCode = current === text ? 0 : 1;
  } else {
    fs.writeFileSync(page, text);
  }
}
