import { expect } from "chai";
import { parseRows, RowsError } from "../../protocol/rows.ts";

const good = '{"question":"q","answer":"a"}';

describe("parseRows", () => {
  it("reads both kinds, canonical, in order", () => {
    const rows = parseRows(`${good}\n{"text":" a  b "}\n`, "f.jsonl");
    expect(rows).to.deep.equal([{ question: "q", answer: "a" }, { text: "a b" }]);
  });

  it("takes CRLF, blank lines, a byte order mark and no last newline", () => {
    expect(parseRows(`\ufeff${good}\r\n\r\n \n${good}`, "f.jsonl")).to.have.length(2);
    expect(parseRows(Buffer.from(`\ufeff${good}`), "f.jsonl")).to.have.length(1);
    expect(parseRows("", "f.jsonl")).to.deep.equal([]);
  });

  it("ignores fields that a row does not know", () => {
    expect(parseRows('{"text":"t","source":1}', "f")).to.deep.equal([{ text: "t" }]);
    expect(parseRows('{"question":"q","answer":"a","text":3}', "f")).to.deep.equal([{ question: "q", answer: "a" }]);
  });

  const bad: [string, string, string][] = [
    ["text that is no JSON", "nope", "not JSON"],
    ["cut off JSON", '{"text": "a', "not JSON"],
    ["an array", "[1]", "not an object"],
    ["null", "null", "not an object"],
    ["no known field", "{}", 'neither "question" and "answer" nor "text"'],
    ["a missing answer", '{"question":"q"}', '"answer" is missing'],
    ["a missing question", '{"answer":"a","text":"t"}', '"question" is missing'],
    ["a number for a string", '{"text":1}', '"text" is not a string'],
    ["an empty field", '{"question":"q","answer":" \\n "}', '"answer" is empty'],
    ["a lone surrogate", '{"text":"\\ud800"}', '"text" holds a lone surrogate'],
  ];
  for (const [name, line, reason] of bad) {
    it(`names file and line of ${name}`, () => {
      expect(() => parseRows(`${good}\n\n${line}\n${good}`, "bees.jsonl"))
        .to.throw(RowsError, `bees.jsonl:3: ${reason}`)
        .with.property("line", 3);
    });
  }

  it("names file and line of invalid UTF-8", () => {
    const bytes = Buffer.concat([Buffer.from(`${good}\n{"text":"`), Buffer.from([0xff, 0xfe]), Buffer.from('"}')]);
    expect(() => parseRows(bytes, "f.jsonl")).to.throw(RowsError, "f.jsonl:2: invalid UTF-8");
  });
});
