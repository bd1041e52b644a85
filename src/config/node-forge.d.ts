/** The little of node-forge that opens PFX files. */
declare module "node-forge" {
  interface Asn1 {
    readonly type: number;
    value: Asn1[] | string;
  }
  interface SafeBag {
    readonly type: string;
    readonly key?: object | null;
    readonly cert?: object | null;
    /** Of what forge does not know itself, such as EC keys. */
    readonly asn1?: Asn1;
  }
  const forge: {
    readonly asn1: {
      fromDer(bytes: string): Asn1;
      toDer(value: Asn1): { getBytes(): string };
      readonly Type: Readonly<Record<"UTCTIME" | "GENERALIZEDTIME", number>>;
      utcTimeToDate(text: string): Date;
      generalizedTimeToDate(text: string): Date;
    };
    readonly pkcs12: {
      pkcs12FromAsn1(
        pfx: Asn1,
        strict: boolean,
        password: string,
      ): { readonly safeContents: readonly { readonly safeBags: readonly SafeBag[] }[] };
    };
    readonly pki: {
      readonly oids: Readonly<Record<"certBag" | "keyBag" | "pkcs8ShroudedKeyBag", string>>;
      certificateToAsn1(certificate: object): Asn1;
      privateKeyToAsn1(key: object): Asn1;
      wrapRsaPrivateKey(key: Asn1): Asn1;
    };
  };
  export = forge;
}
