/** The same map with every path below a folder. */
export function at<T>(folder: string, files: Readonly<Record<string, T>>): Record<string, T> {
  return Object.fromEntries(Object.entries(files).map(([path, value]) => [`${folder}/${path}`, value]));
}
