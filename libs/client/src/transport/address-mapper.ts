/**
 * Gives the address to connect to for one that a broker advertises: `host:port` in, `host:port` out.
 * For brokers in a network that this client is not in. Name servers are not asked about.
 */
export type AddressMapper = (address: string) => string;
