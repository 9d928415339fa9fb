declare module 'd3-geo-projection' {
  import type { GeoProjection } from 'd3-geo';
  import type { GeometryObject } from 'geojson';
  export function geoProject(
    object: GeometryObject,
    projection: GeoProjection,
  ): GeometryObject | null;
}
