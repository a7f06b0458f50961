import { MessageRequestModeSerializeWrapper, encodeBodyText } from '@rocket-nest/remoting';
import type { LimitHits, SetMessageRequestModeRequestBody } from '@rocket-nest/remoting';
import { CoalescedTask } from '../background/coalesced-task';
import { jsonEntriesOf, jsonMember } from '../background/json-read';
import type { JsonTableFile } from '../background/json-table-file';

/** Topics and groups whose mode is kept; further ones are refused. */
export const MAX_MESSAGE_REQUEST_MODES = 100_000;

export interface MessageRequestModeManagerDeps {
  /** `config/messageRequestMode.json`. */
  readonly file: JsonTableFile;
  /** Told when a named limit is reached. */
  readonly limits?: LimitHits;
}

/** How each group asks for the messages of each topic, as an admin has set it. */
export class MessageRequestModeManager {
  private readonly modes = new Map<string, Map<string, SetMessageRequestModeRequestBody>>();
  private readonly persistTask: CoalescedTask;
  private count = 0;

  constructor(private readonly deps: MessageRequestModeManagerDeps) {
    this.persistTask = new CoalescedTask(() => deps.file.save([this.text(true)].values()));
  }

  load(): void {
    const topics = jsonMember(this.deps.file.load(), 'messageRequestModeMap');
    for (const [topic, groups] of jsonEntriesOf(topics)) {
      for (const [consumerGroup, value] of jsonEntriesOf(groups)) {
        const mode = jsonMember(value, 'mode') === 'POP' ? 'POP' : 'PULL';
        const popShareQueueNum = Number(jsonMember(value, 'popShareQueueNum')) | 0;
        this.set({ consumerGroup, mode, popShareQueueNum, topic });
      }
    }
  }

  /** Undefined when nothing was set. */
  get(topic: string, group: string): SetMessageRequestModeRequestBody | undefined {
    return this.modes.get(topic)?.get(group);
  }

  /** False when the table is full. The caller persists. */
  set(mode: SetMessageRequestModeRequestBody): boolean {
    const { topic, consumerGroup } = mode;
    const groups = this.modes.get(topic) ?? new Map<string, SetMessageRequestModeRequestBody>();
    if (!groups.has(consumerGroup)) {
      if (this.count >= MAX_MESSAGE_REQUEST_MODES) {
        this.deps.limits?.hit('maxMessageRequestModes');
        return false;
      }
      this.count++;
    }
    this.modes.set(topic, groups.set(consumerGroup, mode));
    return true;
  }

  /** Resolves once all changes made so far are in the file. */
  persist(): Promise<void> {
    return this.persistTask.request();
  }

  /** Pretty as the file has it; not pretty the body of GET_ALL_MESSAGE_REQUEST_MODE (402). */
  text(isPretty: boolean): string {
    const body = { messageRequestModeMap: this.modes };
    return encodeBodyText(
      MessageRequestModeSerializeWrapper,
      body,
      isPretty ? { indent: '\t' } : undefined,
    );
  }
}
