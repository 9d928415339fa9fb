/** A WebGL2 context that draws nothing and remembers what it was asked. */
export interface NullGl {
  readonly gl: WebGL2RenderingContext;
  readonly calls: readonly { readonly name: string; readonly args: readonly unknown[] }[];
  named(name: string): readonly (readonly unknown[])[];
}

/** Every method exists; those that make something give an object, parameters are true. */
export function nullGl(): NullGl {
  const calls: { name: string; args: readonly unknown[] }[] = [];
  const answers: Readonly<Record<string, unknown>> = {
    isContextLost: false,
    getProgramParameter: true,
  };
  const gl = new Proxy(
    {},
    {
      get: (_target, name) => {
        if (typeof name !== 'string') return undefined;
        if (/^[A-Z0-9_]+$/.test(name)) return name;
        return (...args: readonly unknown[]) => {
          calls.push({ name, args });
          if (/^(create|getUniformLocation)/.test(name)) return { name: args[1] };
          return answers[name];
        };
      },
    },
  );
  return {
    gl: gl as WebGL2RenderingContext,
    calls,
    named: (name) => calls.filter((call) => call.name === name).map((call) => call.args),
  };
}
