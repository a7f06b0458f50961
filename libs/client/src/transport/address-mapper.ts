/**
 * Gives the address to connect to for one that a server named: `host:port` in, `host:port` out.
 * For brokers that advertise an address of a network this client is not in.
 */
export type AddressMapper = (address: string) => string;
