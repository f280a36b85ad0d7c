// Reads each file with the parser of its ending. A line for each: "ok FILE TABLES RELATIONS" or "bad FILE WHY".
// A number is `-` where the parser does not tell it.
import fs from 'node:fs';

// D2 takes a process with a window for a browser, Mermaid needs one: so D2 comes first.
const { D2 } = await import('@terrastruct/d2');
const d2 = new D2();
const files = process.argv.slice(2).sort((a, b) => b.endsWith('.d2') - a.endsWith('.d2'));
let dom, mermaid, Parser;

async function others() {
    const { JSDOM } = await import('jsdom');
    dom = new JSDOM('');
    globalThis.window = dom.window;
    globalThis.document = dom.window.document;
    mermaid = (await import('mermaid')).default;
    Parser = (await import('@dbml/core')).Parser;
}

const readers = {
    async mmd(text) {
        await mermaid.parse(text);
        const { db } = await mermaid.mermaidAPI.getDiagramFromText(text);
        return [db.getEntities().size, db.getRelationships().length];
    },
    async dbml(text) {
        const { schemas } = new Parser().parse(text, 'dbmlv2');
        const sum = (what) => schemas.reduce((sum, schema) => sum + schema[what].length, 0);
        return [sum('tables'), sum('refs')];
    },
    async d2(text) {
        const { diagram } = await d2.compile(text);
        return [diagram.shapes.length, diagram.connections.length];
    },
    async svg(text) {
        const page = new dom.window.DOMParser().parseFromString(text, 'image/svg+xml');
        const fault = page.querySelector('parsererror');
        if (fault) throw new Error(fault.textContent);
        const names = [...page.querySelectorAll('*')].map((node) => node.localName);
        const foreign = names.filter((name) => ['script', 'image', 'foreignObject', 'use', 'a'].includes(name));
        if (foreign.length) throw new Error(`holds ${foreign[0]}`);
        return [page.querySelectorAll('rect.box').length, '-'];
    },
};

for (const file of files) {
    if (!file.endsWith('.d2') && !dom) await others();
    try {
        const [tables, relations] = await readers[file.split('.').pop()](fs.readFileSync(file, 'utf8'));
        console.log(`ok ${file} ${tables} ${relations}`);
    } catch (error) {
        const why = error.diags ? JSON.stringify(error.diags.slice(0, 3)) : String(error.message ?? error);
        console.log(`bad ${file} ${why.replaceAll('\n', ' ').slice(0, 400)}`);
    }
}
process.exit(0);
