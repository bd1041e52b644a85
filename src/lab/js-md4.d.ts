declare module "js-md4" {
  export const md4: {
    (message: string | Uint8Array): string;
    array(message: string | Uint8Array): number[];
    arrayBuffer(message: string | Uint8Array): ArrayBuffer;
  };
}
