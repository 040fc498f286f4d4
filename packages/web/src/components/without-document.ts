/**
 * @file What servers get that are not Node and have no document (edge functions): pages that import the components can be
 * rendered there, and the components come to life in the browser.
 */

/** Never made: there are no elements here. */
export class CaligBlocks {}

/** Never made: there are no elements here. */
export class CaligImage {}

/** Never made: there are no elements here. */
export class CaligLinks {}

/** Never made: there are no elements here. */
export class CaligText {}
