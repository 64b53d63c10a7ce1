declare module "virtual:emoji-names" {
  const names: Record<string, string>;
  export default names;
}
