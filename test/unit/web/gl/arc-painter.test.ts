import { describe, expect, test } from 'vitest';
import { ArcField } from '../../../../web/src/gl/arc-field.ts';
import { type ArcLook, ArcPainter } from '../../../../web/src/gl/arc-painter.ts';
import { dashUniform, paletteUniform, rgb } from '../../../../web/src/gl/palette.ts';
import type { DrawFrame } from '../../../../web/src/map/surface.ts';
import { nullGl } from './null-gl.ts';

const look = (light: boolean): ArcLook => ({
  palette: paletteUniform(['#ff0000'], () => true),
  dashes: dashUniform([[4, 2]]),
  light,
  reducedMotion: false,
  sun: { lon: 0, lat: 0 },
  veil: [0, 0, 0, 0.3],
});
const frame: DrawFrame = {
  matrix: new Float32Array(16),
  copies: [0],
  width: 800,
  height: 600,
  pixelRatio: 1,
  worldPx: 1_000,
};
const arc = {
  fromLon: 1,
  fromLat: 0.5,
  toLon: 0.1,
  toLat: 0.9,
  serviceClass: 0,
  packets: 3,
  id: 1,
};

describe('ArcPainter', () => {
  test('draws five thousand flights in one call per copy of the world', () => {
    const recorded = nullGl();
    const field = new ArcField();
    for (let id = 0; id < 5_000; id++) field.launch({ ...arc, id }, 1);
    const painter = new ArcPainter(recorded.gl, field);

    painter.draw(field, look(false), frame, 1.2);

    const flights = recorded.named('drawArraysInstanced').filter((args) => args[3] === 5_000);
    const strips = flights.filter((args) => args[0] === 'TRIANGLE_STRIP');
    expect(strips).toHaveLength(3);
  });

  test('asks for no flights when none are in the air', () => {
    const recorded = nullGl();
    const field = new ArcField();
    const painter = new ArcPainter(recorded.gl, field);

    painter.draw(field, look(false), frame, 5);

    expect(recorded.named('drawArraysInstanced')).toEqual([]);
    expect(recorded.named('drawArrays')).toHaveLength(1);
  });

  test('adds light on dark, multiplies and covers with ink on light', () => {
    const blends = [false, true].map((light) => {
      const recorded = nullGl();
      const field = new ArcField();
      field.launch(arc, 1);
      new ArcPainter(recorded.gl, field).draw(field, look(light), frame, 1.2);
      return recorded
        .named('blendFuncSeparate')
        .slice(1)
        .map((args) => args.slice(0, 2));
    });

    expect(blends).toEqual([
      [
        ['ONE', 'ONE_MINUS_SRC_COLOR'],
        ['ONE', 'ONE_MINUS_SRC_COLOR'],
      ],
      [
        ['DST_COLOR', 'ZERO'],
        ['ONE', 'ONE_MINUS_SRC_ALPHA'],
      ],
    ]);
  });

  test('uploads an instance once', () => {
    const recorded = nullGl();
    const field = new ArcField();
    const painter = new ArcPainter(recorded.gl, field);
    field.launch(arc, 1);

    painter.draw(field, look(false), frame, 1.1);
    const first = recorded.named('bufferSubData').length;
    painter.draw(field, look(false), frame, 1.2);

    expect(first).toBe(3);
    expect(recorded.named('bufferSubData')).toHaveLength(first);
  });

  test('gives back what it made', () => {
    const recorded = nullGl();
    const painter = new ArcPainter(recorded.gl, new ArcField());

    painter.release();

    for (const kind of ['Buffer', 'VertexArray', 'Program'])
      expect(recorded.named(`delete${kind}`).length).toBe(recorded.named(`create${kind}`).length);
  });

  test('says why a shader did not link', () => {
    const { gl } = nullGl();
    const broken = new Proxy(gl, {
      get: (target, name) =>
        name === 'getProgramParameter'
          ? () => false
          : name === 'getProgramInfoLog'
            ? () => 'no such varying'
            : Reflect.get(target, name),
    });

    expect(() => new ArcPainter(broken, new ArcField())).toThrow('no such varying');
  });
});

describe('the palette', () => {
  test('reads hex colours and hides classes by alpha', () => {
    expect(rgb('#ff8000')).toEqual([1, 128 / 255, 0]);
    const uniform = paletteUniform(['#ff0000', '#00ff00'], (index) => index === 1);
    expect([...uniform.slice(0, 8)]).toEqual([1, 0, 0, 0, 0, 1, 0, 1]);
  });
});
