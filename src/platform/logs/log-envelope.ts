import { ListOf, object, Text, Untrusted } from '../schema';

export class LogLine {
  @Text() at: string;
  @Text() pod: string;
  @Text() container: string;
  @Text({ nullable: true }) level: string | null;
  @Text() message: string;
}

/** Log lines as a program wrote them: whoever can make it log can write them. */
export class LogEnvelope extends Untrusted {
  @ListOf(object(() => LogLine), { asked: true }) lines: LogLine[];
}
