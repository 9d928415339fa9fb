import 'mapbox-gl/mapbox-gl.css';
import { Map as MapboxMap, version } from 'mapbox-gl/esm';
import type { Theme } from '../model/theme.ts';
import { fitCamera, nearestLon, worldCopies } from './camera.ts';
import type { DrawFrame, MapSurface, SurfaceLayer, SurfaceOptions } from './surface.ts';

const STYLES: Readonly<Record<Theme, string>> = {
  dark: 'mapbox://styles/mapbox/dark-v11',
  light: 'mapbox://styles/mapbox/light-v11',
};

function frameOf(map: MapboxMap, matrix: readonly number[]): DrawFrame {
  const canvas = map.getCanvas();
  const bounds = map.getBounds();
  return {
    matrix,
    copies: worldCopies(bounds?.getWest() ?? -180, bounds?.getEast() ?? 179),
    width: canvas.width,
    height: canvas.height,
    pixelRatio: canvas.width / Math.max(1, canvas.clientWidth),
    worldPx: 512 * 2 ** map.getZoom(),
  };
}

function addLayer(map: MapboxMap, layer: SurfaceLayer): void {
  map.addLayer({
    id: layer.id,
    type: 'custom',
    renderingMode: '2d',
    onAdd: (_map, gl) => layer.start(gl),
    onRemove: (_map, gl) => layer.stop(gl),
    render: (gl, matrix) => layer.draw(gl, frameOf(map, matrix)),
  });
}

function open(options: SurfaceOptions): MapboxMap {
  return new MapboxMap({
    accessToken: options.token ?? '',
    container: options.container,
    style: STYLES[options.theme],
    projection: 'mercator',
    center: [0, 20],
    zoom: 1,
    maxZoom: 6,
    dragRotate: false,
    pitchWithRotate: false,
    fadeDuration: 0,
  });
}

/** mapbox-gl with the operator's own token; it talks to Mapbox, and its attribution stays on the map. */
export async function openMapbox(options: SurfaceOptions): Promise<MapSurface> {
  const map = open(options);
  const layers: SurfaceLayer[] = [];
  let shown = options.theme;
  await new Promise<void>((resolve, reject) => {
    map.once('style.load', () => resolve());
    map.once('error', (event) => reject(event.error));
  });
  map.on('style.load', () => {
    for (const layer of layers) addLayer(map, layer);
  });
  return {
    engine: { name: 'Mapbox GL JS', version },
    project: (lon, lat) => map.project([nearestLon(lon, map.getCenter().lng), lat]),
    resize: () => void map.resize(),
    fit: (box, insets) => {
      const { clientWidth: width, clientHeight: height } = options.container;
      const camera = fitCamera(box, insets, { width, height });
      map.jumpTo({ center: [camera.lon, camera.lat], zoom: camera.zoom });
    },
    flyTo: (target) =>
      void map.flyTo({ center: [target.lon, target.lat], zoom: target.zoom, duration: 1200 }),
    setTheme: (theme) => {
      if (theme === shown) return;
      shown = theme;
      map.setStyle(STYLES[theme]);
    },
    addLayer: (layer) => {
      layers.push(layer);
      addLayer(map, layer);
    },
    onMove: (listener) => {
      map.on('move', listener);
      return () => void map.off('move', listener);
    },
    requestFrame: () => map.triggerRepaint(),
    stop: () => map.remove(),
  };
}
