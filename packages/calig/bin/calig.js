#!/usr/bin/env node
/** @file The command. JavaScript that is not built, so that npm can link it before anything is. */

import "@calig/node/cli";
