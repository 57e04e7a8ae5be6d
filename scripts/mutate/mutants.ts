import { createHash } from "node:crypto";

/** A node of the compiler's syntax tree; `src` is `start:length:file`, in bytes. */
export interface Node {
  nodeType: string;
  src: string;
  [key: string]: unknown;
}

/** One edit of a source file, small enough that tests which assert behaviour must notice it. */
export interface Mutant {
  /** Stays the same while the line, the function and the edit do, wherever the line moves. */
  id: string;
  file: string;
  line: number;
  /** The function around it, `constructor`, or the contract for what is outside of functions. */
  within: string;
  operator: Operator;
  /** The text that goes, on one line, and what comes in its place. */
  before: string;
  after: string;
  /** The whole mutated file. */
  source: string;
}

export type Operator =
  | "boundary"
  | "equality"
  | "arithmetic"
  | "condition"
  | "literal"
  | "deletion"
  | "return"
  | "modifier";

interface Edit {
  start: number;
  end: number;
  text: string;
  operator: Operator;
  within: string;
}

interface Scope {
  within: string;
  /** Types of what the function returns. */
  returns: string[];
}

/** The next value is on the other side of the boundary. */
const BOUNDARY: Record<string, string> = { "<": "<=", "<=": "<", ">": ">=", ">=": ">" };
const EQUALITY: Record<string, string> = { "==": "!=", "!=": "==" };
const ARITHMETIC: Record<string, string> = {
  ...{ "+": "-", "-": "+", "*": "/", "/": "*", "%": "*", "**": "*" },
  ...{ "<<": ">>", ">>": "<<", "&": "|", "|": "&", "^": "&" },
};
const YUL: Record<string, string> = {
  ...{ add: "sub", sub: "add", mul: "div", div: "mul", mod: "mul" },
  ...{ shl: "shr", shr: "shl", and: "or", or: "and", xor: "and", lt: "gt", gt: "lt" },
};

/** The file's mutants by position, each of them once. Line ranges and columns are the compiler's, so in bytes. */
export function mutantsOf(file: string, source: string, tree: Node): Mutant[] {
  const bytes = Buffer.from(source);
  const slice = (start: number, end: number) => bytes.subarray(start, end).toString();
  const edits = new Map<string, Edit>();
  for (const edit of new Mutator(slice).all(tree)) {
    const key = `${edit.start}:${edit.end}:${edit.text}`;
    if (!edits.has(key)) edits.set(key, edit);
  }
  const seen = new Map<string, number>();
  return [...edits.values()]
    .sort((a, b) => a.start - b.start || a.end - b.end || (a.text < b.text ? -1 : 1))
    .map(({ start, end, text, operator, within }) => {
      const above = slice(0, start).split("\n");
      const lineStart = start - Buffer.byteLength(above.at(-1)!);
      const statement = slice(lineStart, bytes.length).split("\n", 1)[0]!.trim();
      const before = slice(start, end);
      const name = [file, within, statement, before, text].join("\0");
      const nth = seen.get(name) ?? 0;
      seen.set(name, nth + 1);
      return {
        id: createHash("sha256").update(`${name}\0${nth}`).digest("hex").slice(0, 8),
        file,
        line: above.length,
        within,
        operator,
        before: before.replace(/\s+/g, " "),
        after: text.replace(/\s+/g, " "),
        source: slice(0, start) + text + slice(end, bytes.length),
      };
    });
}

class Mutator {
  readonly #slice: (start: number, end: number) => string;
  #edits: Edit[] = [];

  constructor(slice: (start: number, end: number) => string) {
    this.#slice = slice;
  }

  all(tree: Node): Edit[] {
    this.#edits = [];
    this.#visit(tree, { within: "", returns: [] });
    return this.#edits;
  }

  #replace(node: Node, text: string, operator: Operator, { within }: Scope): void {
    const [start, end] = range(node);
    this.#edits.push({ start, end, text, operator, within });
  }

  /** The statement's range ends before its semicolon, which goes with it: an empty block stays. */
  #delete(node: Node, { within }: Scope): void {
    const [start, end] = range(node);
    this.#edits.push({ start, end: end + 1, text: "{}", operator: "deletion", within });
  }

  /** Replaces the operator between two operands. */
  #between(left: Node, right: Node, text: string, operator: Operator, { within }: Scope): void {
    const [start, end] = [range(left)[1], range(right)[0]];
    const between = this.#slice(start, end);
    // Parentheses belong to no operand, and neither do comments, which stand in no operation of ours.
    const sign = /[^\s()]+/.exec(between)!;
    const at = start + Buffer.byteLength(between.slice(0, sign.index));
    this.#edits.push({ start: at, end: at + Buffer.byteLength(sign[0]), text, operator, within });
  }

  /** A condition, or an operand of one, that has become true or false; to turn it round besides tells nothing new. */
  readonly #decided = new Set<unknown>();

  #text(node: Node): string {
    return this.#slice(...range(node));
  }

  #visit(value: unknown, scope: Scope): void {
    if (Array.isArray(value)) {
      for (const item of value) this.#visit(item, scope);
      return;
    }
    if (!isNode(value)) return;
    const inner = this.#mutate(value, scope);
    if (inner === undefined) return;
    for (const child of Object.values(value)) this.#visit(child, inner);
  }

  /** Notes the edits of a node, and returns the scope of its children; undefined where none of them is touched. */
  #mutate(node: Node, scope: Scope): Scope | undefined {
    switch (node.nodeType) {
      case "ContractDefinition":
        return { within: node.name as string, returns: [] };
      case "FunctionDefinition":
        return this.#function(node, scope);
      case "ImportDirective":
      case "PragmaDirective":
      case "ArrayTypeName":
      case "InheritanceSpecifier":
        return undefined;
      case "IfStatement":
      case "Conditional":
      case "YulIf":
        this.#condition(node, ["true", "false"], scope);
        break;
      case "WhileStatement":
      case "ForStatement":
      case "YulForLoop":
        this.#loop(node, scope);
        return undefined;
      case "FunctionCall":
        if (isRequire(node)) {
          const [condition] = node.arguments as [Node];
          this.#replace(condition, "true", "condition", scope);
          this.#decided.add(condition);
        }
        break;
      case "BinaryOperation":
        this.#binary(node, scope);
        break;
      case "Assignment":
        this.#assignment(node, scope);
        break;
      case "UnaryOperation":
        if (node.operator === "++" || node.operator === "--") {
          const sub = node.subExpression as Node;
          const other = node.operator === "++" ? "--" : "++";
          this.#replace(node, node.prefix ? other + this.#text(sub) : this.#text(sub) + other, "arithmetic", scope);
        }
        break;
      case "Literal":
        this.#literal(node, scope);
        break;
      case "ExpressionStatement":
        if (!isRequire(node.expression as Node)) this.#delete(node, scope);
        break;
      case "EmitStatement":
      case "RevertStatement":
        this.#delete(node, scope);
        break;
      case "Return":
        this.#return(node, scope);
        break;
      case "YulFunctionCall":
        this.#yulCall(node, scope);
        break;
      case "YulLiteral":
        // Offsets in memory are in hexadecimal: the first hash over a wrong one fails, whatever the tests.
        if (node.kind === "number" && /^\d+$/.test(node.value as string))
          this.#replace(node, String(BigInt(node.value as string) + 1n), "literal", scope);
        break;
      case "YulExpressionStatement":
      case "YulAssignment":
        this.#replace(node, "", "deletion", scope);
        break;
    }
    return scope;
  }

  #function(node: Node, scope: Scope): Scope {
    const types = (node.returnParameters as { parameters: { typeName: Node }[] }).parameters;
    const inner: Scope = {
      within: (node.name as string) || (node.kind as string) || scope.within,
      returns: types.map(({ typeName }) => (typeName.nodeType === "ElementaryTypeName" ? String(typeName.name) : "")),
    };
    if (node.kind !== "constructor") {
      for (const modifier of node.modifiers as Node[]) this.#replace(modifier, "", "modifier", inner);
    }
    return inner;
  }

  #condition(node: Node, values: string[], scope: Scope): void {
    const yul = node.nodeType.startsWith("Yul");
    this.#decided.add(node.condition);
    for (const value of values) {
      this.#replace(node.condition as Node, yul ? String(Number(value === "true")) : value, "condition", scope);
    }
  }

  /** A loop is never made endless on purpose: its condition becomes false, and its step stays. */
  #loop(node: Node, scope: Scope): void {
    this.#condition(node, ["false"], scope);
    for (const part of ["pre", "initializationExpression", "condition", "body"]) this.#visit(node[part], scope);
  }

  #binary(node: Node, scope: Scope): void {
    const [left, right] = [node.leftExpression as Node, node.rightExpression as Node];
    const operator = node.operator as string;
    if (operator === "&&" || operator === "||") {
      // The value that leaves the decision to the other operand.
      for (const side of [left, right]) {
        this.#replace(side, String(operator === "&&"), "condition", scope);
        this.#decided.add(side);
      }
    }
    if (operator in BOUNDARY) this.#between(left, right, BOUNDARY[operator]!, "boundary", scope);
    if (operator in EQUALITY && !this.#decided.has(node))
      this.#between(left, right, EQUALITY[operator]!, "equality", scope);
    if (operator in ARITHMETIC) this.#between(left, right, ARITHMETIC[operator]!, "arithmetic", scope);
  }

  #assignment(node: Node, scope: Scope): void {
    const operator = (node.operator as string).slice(0, -1);
    if (!(operator in ARITHMETIC)) return;
    this.#between(
      node.leftHandSide as Node,
      node.rightHandSide as Node,
      `${ARITHMETIC[operator]}=`,
      "arithmetic",
      scope,
    );
  }

  #literal(node: Node, scope: Scope): void {
    const text = this.#text(node);
    if (node.kind === "bool") this.#replace(node, String(node.value !== "true"), "literal", scope);
    if (node.kind !== "number") return;
    this.#replace(node, `(${text} + 1)`, "literal", scope);
  }

  #return(node: Node, scope: Scope): void {
    const value = node.expression as Node | null;
    if (!value || scope.returns.length !== 1 || value.nodeType === "Literal") return;
    const type = scope.returns[0]!;
    if (type === "bool") {
      this.#replace(value, `!(${this.#text(value)})`, "return", scope);
      this.#decided.add(value);
    } else if (/^u?int\d*$/.test(type)) this.#replace(value, "0", "return", scope);
    else if (/^(address|bytes\d+)$/.test(type)) this.#replace(value, `${type}(0)`, "return", scope);
  }

  #yulCall(node: Node, scope: Scope): void {
    const name = node.functionName as Node & { name: string };
    if (name.name in YUL) this.#replace(name, YUL[name.name]!, "arithmetic", scope);
  }
}

const isNode = (value: unknown): value is Node =>
  typeof value === "object" && value !== null && typeof (value as Node).nodeType === "string";

const isRequire = (expression: Node) =>
  expression.nodeType === "FunctionCall" && (expression.expression as Node).name === "require";

/** First byte, and the one after the last. */
function range({ src }: Node): [number, number] {
  const [start, length] = src.split(":").map(Number) as [number, number];
  return [start, start + length];
}
