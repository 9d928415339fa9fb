import { type CustomLayerInterface, getVersion, Map as LibreMap, setWorkerUrl } from 'maplibre-gl';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?url';
import { fitCamera, nearestLon, worldCopies } from './camera.ts';
import { groundPaint, groundStyle } from './ground.ts';
import type { DrawFrame, MapSurface, SurfaceLayer, SurfaceOptions } from './surface.ts';

function frameOf(map: LibreMap, matrix: Float32Array | readonly number[]): DrawFrame {
  const canvas = map.getCanvas();
  const bounds = map.getBounds();
  return {
    matrix,
    copies: worldCopies(bounds.getWest(), bounds.getEast()),
    width: canvas.width,
    height: canvas.height,
    pixelRatio: canvas.width / Math.max(1, canvas.clientWidth),
    worldPx: 512 * 2 ** map.getZoom(),
  };
}

function custom(map: LibreMap, layer: SurfaceLayer): CustomLayerInterface {
  return {
    id: layer.id,
    type: 'custom',
    renderingMode: '2d',
    onAdd: (_map, gl) => layer.start(gl as WebGL2RenderingContext),
    onRemove: (_map, gl) => layer.stop(gl as WebGL2RenderingContext),
    render: (gl, input) =>
      layer.draw(
        gl as WebGL2RenderingContext,
        frameOf(map, input.defaultProjectionData.mainMatrix as unknown as Float32Array),
      ),
  };
}

function open(options: SurfaceOptions): LibreMap {
  setWorkerUrl(new URL(workerUrl, import.meta.url).href);
  return new LibreMap({
    container: options.container,
    style: groundStyle(options.theme, location.href),
    center: [0, 20],
    zoom: 1,
    minZoom: -1,
    maxZoom: 6,
    attributionControl: false,
    renderWorldCopies: true,
    dragRotate: false,
    pitchWithRotate: false,
    touchPitch: false,
    fadeDuration: 0,
    pixelRatio: Math.min(2, devicePixelRatio),
    canvasContextAttributes: { antialias: false, powerPreference: 'high-performance' },
  });
}

/** maplibre-gl on the bundled Natural Earth ground; resolves once layers can be added. */
export async function openMaplibre(options: SurfaceOptions): Promise<MapSurface> {
  const map = open(options);
  map.touchZoomRotate.disableRotation();
  map.keyboard.disableRotation();
  await new Promise<void>((resolve) => void map.once('style.load', () => resolve()));
  return {
    engine: { name: 'MapLibre GL', version: getVersion() },
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
      for (const [id, paint] of Object.entries(groundPaint(theme)))
        for (const [name, value] of Object.entries(paint))
          map.setPaintProperty(id, name as 'line-color', value);
    },
    addLayer: (layer) => void map.addLayer(custom(map, layer)),
    onMove: (listener) => {
      const subscription = map.on('move', listener);
      return () => subscription.unsubscribe();
    },
    requestFrame: () => map.triggerRepaint(),
    stop: () => map.remove(),
  };
}
