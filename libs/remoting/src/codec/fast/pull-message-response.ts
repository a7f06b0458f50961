import type { CustomHeader, ExtFieldWriter } from '../../protocol/ext-field-writer';

/** PullMessageResponseHeader, written without a Map; set it as an answer's `customHeader`. */
export class PullMessageResponse implements CustomHeader {
  topicSysFlag: number | undefined = undefined;
  groupSysFlag: number | undefined = undefined;
  forbiddenType: number | undefined = undefined;
  offsetDelta: number | undefined = undefined;

  constructor(
    readonly suggestWhichBrokerId: number,
    readonly nextBeginOffset: number,
    readonly minOffset: number,
    readonly maxOffset: number,
  ) {}

  writeTo(writer: ExtFieldWriter): void {
    if (writer.json !== undefined) {
      writer.json(
        `"suggestWhichBrokerId":"${this.suggestWhichBrokerId}",` +
          `"nextBeginOffset":"${this.nextBeginOffset}",` +
          `"minOffset":"${this.minOffset}","maxOffset":"${this.maxOffset}"`,
      );
    } else {
      writer.integer('suggestWhichBrokerId', this.suggestWhichBrokerId);
      writer.integer('nextBeginOffset', this.nextBeginOffset);
      writer.integer('minOffset', this.minOffset);
      writer.integer('maxOffset', this.maxOffset);
    }
    if (this.offsetDelta !== undefined) writer.integer('offsetDelta', this.offsetDelta);
    if (this.topicSysFlag !== undefined) writer.integer('topicSysFlag', this.topicSysFlag);
    if (this.groupSysFlag !== undefined) writer.integer('groupSysFlag', this.groupSysFlag);
    if (this.forbiddenType !== undefined) writer.integer('forbiddenType', this.forbiddenType);
  }
}
