/** @file The web components of calig, registered. Needs the package @calig/web besides. */

import "@calig/web/components";

export * from "@calig/web/components";
