import { Inject, Injectable } from '@nestjs/common';
import { ModuleRef } from '@nestjs/core';
import type { RocketListenerEnvironment } from '../decorators/rocket-listener-options';
import { RocketConfigError } from '../errors/rocket-config-error';

/** The part of ConfigService that is used. */
interface ConfigReader {
  get(key: string): unknown;
}

const PLACEHOLDER = /\$\{([^}:]+)(?::([^}]*))?\}/g;

/** Where listener options are read from: ConfigService if the application has it, and the environment. */
@Injectable()
export class ConfigEnvironment implements RocketListenerEnvironment {
  private reader: ConfigReader | undefined | null = null;

  constructor(@Inject(ModuleRef) private readonly moduleRef: ModuleRef) {}

  get(key: string): string | undefined;
  get(key: string, fallback: string): string;
  get(key: string, fallback?: string): string | undefined {
    if (this.reader === null) this.reader = this.findReader();
    const value = this.reader?.get(key) ?? process.env[key];
    if (value === undefined || value === null) return fallback;
    return String(value);
  }

  /** The text with its `${NAME:default}` filled in; refuses a name that is not set and has no default. */
  fill(text: string, option: string, place: string): string {
    return text.replace(PLACEHOLDER, (_whole, key: string, fallback: string | undefined) => {
      const value = this.get(key.trim()) ?? fallback;
      if (value !== undefined) return value;
      throw new RocketConfigError(
        `'${option}' of ${place} is '${text}', but ${key} is not set; set it, or write a default as ` +
          `\${${key}:default}`,
      );
    });
  }

  private findReader(): ConfigReader | undefined {
    try {
      // eslint-disable-next-line @typescript-eslint/no-require-imports -- an optional peer
      const { ConfigService } = require('@nestjs/config') as {
        ConfigService: new () => ConfigReader;
      };
      return this.moduleRef.get(ConfigService, { strict: false });
    } catch {
      return undefined; // not installed, or not imported by the application
    }
  }
}
