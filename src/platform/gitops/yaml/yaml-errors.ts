/** The text is not one well-formed YAML document of plain data. `line` and `column` start at 1. */
export class YamlParseError extends Error {
  constructor(
    reason: string,
    readonly line: number,
    readonly column: number,
  ) {
    super(`${reason} (line ${line}, column ${column})`);
    this.name = 'YamlParseError';
  }
}

/** An edit that cannot be made without risking bytes or data it does not name. Nothing was changed. */
export class YamlEditError extends Error {
  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'YamlEditError';
  }
}
