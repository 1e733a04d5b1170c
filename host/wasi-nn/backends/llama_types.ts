/** The part of node-llama-cpp that is used. It is not a dependency, so its own types are not at hand. */

/** A token's number. */
export type LlamaToken = number;

/** How the next token is chosen. */
export interface LlamaSampling {
  temperature: number;
  topK?: number;
  topP?: number;
  minP?: number;
  seed?: number;
  repeatPenalty?: { punishTokens: () => LlamaToken[]; penalty: number };
  grammarEvaluationState?: LlamaGrammarState;
}

/** A grammar that a text must follow. */
export interface LlamaGrammar {
  readonly grammar: string;
}

/** How far a text has come in a grammar. */
export interface LlamaGrammarState {
  clone(): LlamaGrammarState;
}

interface Disposable {
  dispose(): Promise<void>;
}

/** One text in the making. */
export interface LlamaSequence {
  evaluate(tokens: LlamaToken[], options: LlamaSampling): AsyncGenerator<LlamaToken, void>;
  clearHistory(): Promise<void>;
}

/** Memory for texts. */
export interface LlamaContext extends Disposable {
  readonly contextSize: number;
  getSequence(): LlamaSequence;
}

/** A model that was read. */
export interface LlamaModel extends Disposable {
  readonly trainContextSize: number;
  readonly tokens: { bos: LlamaToken | null; shouldPrependBosToken: boolean };
  tokenize(text: string, specialTokens: boolean): LlamaToken[];
  detokenize(tokens: LlamaToken[], specialTokens?: boolean, lastTokens?: readonly LlamaToken[]): string;
  isEogToken(token: LlamaToken): boolean;
  createContext(options: { contextSize: number; threads: number; batchSize?: number }): Promise<LlamaContext>;
  createEmbeddingContext(options: {
    contextSize: number;
    threads: number;
  }): Promise<Disposable & { getEmbeddingFor(text: string): Promise<{ vector: readonly number[] }> }>;
}

/** The library, started. */
export interface Llama {
  /** The llama.cpp inside: `b1234`. */
  readonly llamaCppRelease: { readonly repo: string; readonly release: string };
  loadModel(options: { modelPath: string; useMmap: boolean }): Promise<LlamaModel>;
  createGrammar(options: { grammar: string }): Promise<LlamaGrammar>;
  createGrammarForJsonSchema(schema: unknown): Promise<LlamaGrammar>;
}

/** The library. */
export interface LlamaLibrary {
  getLlama(options: {
    gpu: false;
    build: 'never';
    skipDownload: true;
    usePrebuiltBinaries: true;
    maxThreads: number;
    logLevel: 'disabled';
  }): Promise<Llama>;
  readonly LlamaGrammarEvaluationState: new (options: {
    model: LlamaModel;
    grammar: LlamaGrammar;
  }) => LlamaGrammarState;
}
