/** @file Pointing game (Zhang et al. 2016): is the most supportive feature one that people marked? */

import { ranked } from "../features.ts";
import { type Metric, meanFigure } from "../metric.ts";

export const pointingGame: Metric = {
  name: "pointing-game",
  summary: "share of inputs whose most supportive feature is in the rationale (Zhang et al. 2016)",
  figures: [meanFigure("pointing-game", "higher")],
  needs: "rationale",
  replaces: false,
  revision: 1,
  async measure({ attribution, rationale }) {
    if (rationale === undefined || !rationale.includes(1)) return undefined;
    const [best] = ranked(attribution);
    return [rationale[best as number] as number];
  },
};
