/** The hand that all pictures of this site share: appended to each prompt, whoever paints it. */
export const style =
  'A screen-printed travel poster: flat, layered shapes, soft gradients with a visible spray of fine grain, few and quiet colours. No text, no border.';
