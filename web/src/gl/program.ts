/** A linked program and where its uniforms are. */
export interface Program {
  readonly handle: WebGLProgram;
  uniform(name: string): WebGLUniformLocation | null;
}

/** Attribute slots, the same in every program, so that one vertex array serves all. */
export const SLOTS: Readonly<Record<string, number>> = {
  a_from: 0,
  a_to: 1,
  a_start: 2,
  a_width: 3,
  a_bend: 4,
  a_class: 5,
  a_bow: 6,
};

function shader(gl: WebGL2RenderingContext, type: number, source: string): WebGLShader {
  const handle = gl.createShader(type);
  if (!handle) throw new Error('WebGL gave no shader: the context is lost');
  gl.shaderSource(handle, source);
  gl.compileShader(handle);
  return handle;
}

/** Compiles and links; throws with the driver's words, since a page without its arcs must say why. */
export function link(gl: WebGL2RenderingContext, vertex: string, fragment: string): Program {
  const handle = gl.createProgram();
  gl.attachShader(handle, shader(gl, gl.VERTEX_SHADER, vertex));
  gl.attachShader(handle, shader(gl, gl.FRAGMENT_SHADER, fragment));
  for (const [name, slot] of Object.entries(SLOTS)) gl.bindAttribLocation(handle, slot, name);
  gl.linkProgram(handle);
  if (!gl.getProgramParameter(handle, gl.LINK_STATUS) && !gl.isContextLost()) {
    const logs = (gl.getAttachedShaders(handle) ?? []).map((item) => gl.getShaderInfoLog(item));
    throw new Error(`shader: ${gl.getProgramInfoLog(handle)} ${logs.join(' ')}`);
  }
  const known = new Map<string, WebGLUniformLocation | null>();
  return {
    handle,
    uniform: (name) => {
      if (!known.has(name)) known.set(name, gl.getUniformLocation(handle, name));
      return known.get(name) ?? null;
    },
  };
}
