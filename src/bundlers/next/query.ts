/** By this query a manifest's module imports the files of its pictures: `./hero.image.json?prompt-image-file=<id>`. */
export const FILE_QUERY = 'prompt-image-file';
