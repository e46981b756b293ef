/**
 * Kibana's saved objects for alerts in Elasticsearch, one JSON object a line, for its import:
 *
 *     deno run scripts/deploy/efk/make_dashboard.ts > scripts/deploy/efk/dashboard.ndjson
 *
 * Facts: Kibana's saved objects API and its visualizations of aggregations, 7.11 to 8.x.
 */

const INDEX = "falcod-alerts";
const INDEX_REFERENCE = "kibanaSavedObjectMeta.searchSourceJSON.index";
/** Calls that change files, beside opens for writing. */
const CHANGING = [
  "rename",
  "renameat",
  "renameat2",
  "unlink",
  "unlinkat",
  "chmod",
  "fchmodat",
  "link",
];

interface Panel {
  readonly id: string;
  readonly title: string;
  readonly type: "pie" | "table" | "histogram";
  /** Counted by its values; absent: by time. */
  readonly field?: string;
  readonly size?: number;
  /** Kibana's query language. */
  readonly query?: string;
  /** Of 48 columns. */
  readonly grid: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
}

const PANELS: readonly Panel[] = [
  {
    id: "falcod-alerts-over-time",
    title: "Alerts over time",
    type: "histogram",
    grid: { x: 0, y: 0, w: 48, h: 10 },
  },
  {
    id: "falcod-by-priority",
    title: "Alerts by priority",
    type: "pie",
    field: "priority",
    size: 8,
    grid: { x: 0, y: 10, w: 16, h: 15 },
  },
  {
    id: "falcod-top-rules",
    title: "Top five rules",
    type: "table",
    field: "rule",
    size: 5,
    grid: { x: 16, y: 10, w: 16, h: 15 },
  },
  {
    id: "falcod-top-modified-files",
    title: "Top five modified files",
    type: "table",
    field: "output_fields.fs.path.name",
    size: 5,
    query: "output_fields.evt.is_open_write: true or " +
      `output_fields.evt.type: (${CHANGING.join(" or ")})`,
    grid: { x: 32, y: 10, w: 16, h: 15 },
  },
];

type Json = Readonly<Record<string, unknown>>;

export interface SavedObject {
  readonly type: string;
  readonly id: string;
  readonly attributes: Json;
  readonly references: readonly Readonly<Record<"name" | "type" | "id", string>>[];
}

function aggregationsOf({ type, field, size }: Panel): readonly Json[] {
  const count = { id: "1", enabled: true, type: "count", params: {}, schema: "metric" };
  const bucket = field === undefined
    ? {
      type: "date_histogram",
      params: { field: "@timestamp", interval: "auto", min_doc_count: 1, extended_bounds: {} },
    }
    : { type: "terms", params: { field, size, order: "desc", orderBy: "1" } };
  const schema = { pie: "segment", table: "bucket", histogram: "segment" }[type];
  return [count, { id: "2", enabled: true, schema, ...bucket }];
}

function paramsOf({ type }: Panel): Json {
  switch (type) {
    case "pie":
      return { type, addTooltip: true, addLegend: true, legendPosition: "right", isDonut: true };
    case "table":
      return {
        perPage: 5,
        showTotal: false,
        showMetricsAtAllLevels: false,
        showPartialRows: false,
      };
    case "histogram":
      return {
        type,
        addTooltip: true,
        addLegend: false,
        categoryAxes: [{
          id: "CategoryAxis-1",
          type: "category",
          position: "bottom",
          show: true,
          scale: { type: "linear" },
          labels: { show: true, truncate: 100 },
          title: {},
        }],
        valueAxes: [{
          id: "ValueAxis-1",
          name: "LeftAxis-1",
          type: "value",
          position: "left",
          show: true,
          scale: { type: "linear", mode: "normal" },
          labels: { show: true, rotate: 0, truncate: 100 },
          title: { text: "Alerts" },
        }],
        seriesParams: [{
          show: true,
          type: "histogram",
          mode: "stacked",
          data: { label: "Alerts", id: "1" },
          valueAxis: "ValueAxis-1",
        }],
      };
  }
}

function visualization(panel: Panel): SavedObject {
  const { id, title, type, query = "" } = panel;
  return {
    type: "visualization",
    id,
    attributes: {
      title,
      description: "",
      version: 1,
      uiStateJSON: "{}",
      visState: JSON.stringify({
        title,
        type,
        params: paramsOf(panel),
        aggs: aggregationsOf(panel),
      }),
      kibanaSavedObjectMeta: {
        searchSourceJSON: JSON.stringify({
          query: { query, language: "kuery" },
          filter: [],
          indexRefName: INDEX_REFERENCE,
        }),
      },
    },
    references: [{ name: INDEX_REFERENCE, type: "index-pattern", id: INDEX }],
  };
}

function dashboard(): SavedObject {
  const panels = PANELS.map(({ id, grid }, index) => ({
    version: "8.0.0",
    type: "visualization",
    panelIndex: String(index),
    panelRefName: `panel_${index}`,
    gridData: { ...grid, i: String(index) },
    embeddableConfig: { enhancements: {} },
    title: PANELS.find((panel) => panel.id === id)!.title,
  }));
  return {
    type: "dashboard",
    id: "falcod",
    attributes: {
      title: "falcod",
      description: "What falcod alerted of",
      version: 1,
      hits: 0,
      timeRestore: true,
      timeFrom: "now-24h",
      timeTo: "now",
      optionsJSON: JSON.stringify({ useMargins: true, hidePanelTitles: false }),
      panelsJSON: JSON.stringify(panels),
      kibanaSavedObjectMeta: {
        searchSourceJSON: JSON.stringify({ query: { query: "", language: "kuery" }, filter: [] }),
      },
    },
    references: PANELS.map(({ id }, index) => ({
      name: `panel_${index}`,
      type: "visualization",
      id,
    })),
  };
}

/** All of it, in the order in which one refers to the other. */
export function dashboardObjects(): readonly SavedObject[] {
  const indexPattern = {
    type: "index-pattern",
    id: INDEX,
    attributes: { title: "falco-*", timeFieldName: "@timestamp" },
    references: [],
  };
  return [indexPattern, ...PANELS.map(visualization), dashboard()];
}

/** Fields of documents that the panels ask for. */
export function dashboardFields(): readonly string[] {
  const asked = PANELS.flatMap(({ field, query }) => [
    ...field === undefined ? [] : [field],
    ...(query ?? "").match(/[\w.]+(?=:)/g) ?? [],
  ]);
  return ["@timestamp", ...asked];
}

if (import.meta.main) {
  for (const object of dashboardObjects()) console.log(JSON.stringify(object));
}
