import { expect } from "chai";
import { AnswerError, answerExamples } from "../../oracle/answers.ts";
import { type ReceiptBody, responseHash } from "../../protocol/receipt.ts";

const receipt = { number: 4, responseHash: responseHash([5, 6], [7]) } as ReceiptBody;

describe("answerExamples", () => {
  it("puts the loss on the answer's tokens", () => {
    const [example] = answerExamples([receipt], [{ receipt: 4, promptTokens: [5, 6], answerTokens: Int32Array.of(7) }]);
    expect(example).to.deep.equal({ tokens: Int32Array.of(5, 6, 7), lossFrom: 2 });
  });

  it("refuses tokens that the receipt does not commit, and missing ones", () => {
    const wrong = [{ receipt: 4, promptTokens: [5], answerTokens: [6, 7] }];
    expect(() => answerExamples([receipt], wrong)).to.throw(AnswerError, "receipt 4 are not those it commits");
    expect(() => answerExamples([receipt], [])).to.throw(AnswerError, "no tokens are kept for receipt 4");
  });
});
