/** Why a file or its map cannot be imported at all: said before anything is stored. */
export class FileFault extends Error {
  override readonly name = 'FileFault';
  readonly about: string;
  readonly line: number | null;

  constructor(about: string, message: string, line: number | null = null) {
    super(message);
    this.about = about;
    this.line = line;
  }

  /** One line for a person. */
  get told(): string {
    return `${this.about}: ${this.message}${this.line === null ? '' : ` (line ${this.line})`}`;
  }
}
