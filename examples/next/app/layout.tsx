import type { Metadata } from "next";
import type { ReactNode } from "react";

export const metadata: Metadata = { title: "calig with Next.js", icons: "data:," };

export default function Layout({ children }: { readonly children: ReactNode }) {
  return (
    <html lang="en">
      <body style={{ maxWidth: "44rem", margin: "2rem auto", fontFamily: "system-ui" }}>{children}</body>
    </html>
  );
}
