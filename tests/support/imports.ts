import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import ts from 'typescript';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** One import of a file, wherever it stands. */
export interface Import {
  /** As written. */
  source: string;
  /** The file it means, from the root of the project; null for a package. */
  target: string | null;
  /** Erased before the program runs. */
  isType: boolean;
}

const SKIPPED = new Set(['node_modules', '.git', '.data', 'coverage', 'web']);

/** Files below a folder that end so, from the root of the project. */
export function filesOf(folder: string, ending: string): string[] {
  return readdirSync(join(ROOT, folder), { withFileTypes: true })
    .filter(({ name }) => !SKIPPED.has(name))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return filesOf(path, ending);
      return entry.isFile() && path.endsWith(ending) ? [path] : [];
    });
}

/** Every import, export-from, `import()` and `import type` of a file; names computed at run time are not seen. */
export function importsOf(file: string): Import[] {
  const found: Import[] = [];
  const add = (literal: ts.Node | undefined, isType: boolean): void => {
    if (literal === undefined || !ts.isStringLiteralLike(literal)) return;
    const source = literal.text;
    const target = source.startsWith('.') ? relative(ROOT, resolve(ROOT, dirname(file), source)) : null;
    found.push({ source, target, isType });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) {
      add(node.moduleSpecifier, node.importClause?.phaseModifier === ts.SyntaxKind.TypeKeyword);
    } else if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, node.isTypeOnly);
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument))
      add(node.argument.literal, true);
    else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword)
      add(node.arguments[0], false);
    ts.forEachChild(node, visit);
  };
  const text = readFileSync(join(ROOT, file), 'utf8');
  visit(ts.createSourceFile(file, text, ts.ScriptTarget.Latest, false));
  return found;
}
