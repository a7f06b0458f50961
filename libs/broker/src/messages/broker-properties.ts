import { MessageConst, encodeProperties } from '@rocket-nest/common';

/** The settings that every stored message repeats in its properties. */
export interface BrokerPropertySettings {
  readonly brokerClusterName: string;
  readonly regionId: string;
  readonly traceOn: boolean;
}

/** The properties that a broker adds to single messages: CLUSTER, MSG_REGION and TRACE_ON. */
export class BrokerProperties {
  /** Encoded once, for messages that bring none of them. */
  readonly encoded: Buffer;
  private readonly entries: readonly (readonly [string, string])[];

  constructor(settings: BrokerPropertySettings) {
    this.entries = [
      [MessageConst.PROPERTY_MSG_REGION, settings.regionId],
      [MessageConst.PROPERTY_TRACE_SWITCH, String(settings.traceOn)],
      [MessageConst.PROPERTY_CLUSTER, settings.brokerClusterName],
    ];
    this.encoded = Buffer.from(encodeProperties(new Map(this.entries)));
  }

  /** Sets them among decoded properties, replacing what an earlier broker set. */
  addTo(properties: Map<string, string>): void {
    for (const [name, value] of this.entries) properties.set(name, value);
  }
}
