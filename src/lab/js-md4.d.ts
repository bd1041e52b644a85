declare module "js-md4" {
  const md4: {
    (message: string | Uint8Array): string;
    arrayBuffer(message: string | Uint8Array): ArrayBuffer;
  };
  export = md4;
}
