/** Names of the stacks. */
export const STACKS = { pipeline: 'SkirmishPipeline', site: 'SkirmishSite' } as const;
