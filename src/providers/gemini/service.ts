/** Where a Gemini API is and how it wants its key. */
export interface GeminiService {
  name: string;
  /** Where the service itself is. */
  defaultUrl: string;
  /** Where it is called. */
  baseUrl: string;
  keyNames: readonly string[];
  authenticate: (url: URL, headers: Headers, apiKey: string) => void;
}
