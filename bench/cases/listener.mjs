/** What rocket-nest adds to a message between the bare client and a listener method. */
import 'reflect-metadata';
import { Inject, Injectable, Module, UseGuards, UseInterceptors } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { IsInt, IsString, Min } from 'class-validator';
import {
  ListenerWrappers,
  MessageBody,
  RocketContext,
  RocketListener,
  RocketModule,
} from 'rocket-nest';
import { measure } from '../measure.mjs';

const MESSAGES = 32;

/** Decorators without a compiler. */
function decorate(target, method, ...decorators) {
  const descriptor = Object.getOwnPropertyDescriptor(target, method);
  for (const each of decorators.reverse()) each(target, method, descriptor);
}

class OrderDto {}
decorateProperty(OrderDto, 'id', IsString());
decorateProperty(OrderDto, 'count', IsInt(), Min(1));
function decorateProperty(type, property, ...decorators) {
  for (const each of decorators) each(type.prototype, property);
}

class Guard {
  canActivate() {
    return true;
  }
}
Injectable()(Guard);

class Interceptor {
  intercept(_context, next) {
    return next.handle();
  }
}
Injectable()(Interceptor);

class Listener {
  sum = 0;
  plain(order) {
    this.sum += order.count;
  }
  full(order) {
    this.sum += order.count;
  }
}
Injectable()(Listener);
const stopped = { consumerGroup: 'bench', autoStart: false };
MessageBody(Object)(Listener.prototype, 'plain', 0);
MessageBody(OrderDto)(Listener.prototype, 'full', 0);
decorate(Listener.prototype, 'plain', RocketListener({ ...stopped, id: 'plain', topic: 'plain' }));
decorate(
  Listener.prototype,
  'full',
  RocketListener({ ...stopped, id: 'full', topic: 'full' }),
  UseGuards(Guard),
  UseInterceptors(Interceptor),
);

/** Keeps what the application would call for a message. */
class Taken {
  invokes = new Map();
  constructor(wrappers) {
    wrappers.add({ wrap: (listener, next) => void this.invokes.set(listener.id, next) });
  }
}
Injectable()(Taken);
Inject(ListenerWrappers)(Taken, undefined, 0);

class AppModule {}
Module({
  imports: [RocketModule.forRoot({ namesrvAddr: '127.0.0.1:1' })],
  providers: [Listener, Taken],
})(AppModule);

async function listener(id) {
  const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
  try {
    const invoke = app.get(Taken).invokes.get(id);
    const message = {
      topic: id,
      properties: new Map([['contentType', 'application/json']]),
      body: Buffer.from('{"id":"order-1","count":3}'),
    };
    return await measure(MESSAGES, async () => {
      for (let i = 0; i < MESSAGES; i++) {
        await invoke(message, new RocketContext(message, 'bench', id));
      }
    });
  } finally {
    await app.close();
  }
}

export const cases = {
  'listener, JSON body': () => listener('plain'),
  'listener, guard, validated class, interceptor': () => listener('full'),
};
