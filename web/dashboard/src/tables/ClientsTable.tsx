import { useMemo } from 'react';
import { InLocale } from '../app/InLocale.js';
import { useBusinessData } from '../data/businessData.js';
import type { Client } from '../data/database.js';
import { useClients } from '../data/queries.js';
import { formatCount, formatMoney } from '../format.js';
import { QueryTablePanel } from './QueryTablePanel.js';
import type { Column } from './rows/RowTable.js';
import { useMoneyWidth } from './rows/useWidths.js';

export function ClientsTable() {
  const { business } = useBusinessData();
  const clients = useClients();
  const spent = useMemo(() => clients.data?.map((client) => ({ amount: client.lifetime_value })) ?? [], [clients.data]);
  const width = useMoneyWidth(spent, business.currency);
  const columns = useMemo(() => clientColumns(business.currency, width), [business.currency, width]);
  return <QueryTablePanel title="Clients" name="clients" query={clients} columns={columns} empty="No clients yet." />;
}

function clientColumns(currency: string, moneyWidth: string): readonly Column<Client>[] {
  return [
    { head: 'Name', slot: 'title', width: 'minmax(0, 3fr)', cell: ({ full_name }) => full_name },
    { head: 'Contact', slot: 'sub', width: 'minmax(0, 4fr)', cell: ({ email, phone }) => email ?? phone ?? 'none' },
    { head: 'Visits', slot: 'more', width: '6rem', isNumber: true, cell: ({ visits }) => visitsText(visits) },
    {
      head: 'Spent',
      slot: 'value',
      width: moneyWidth,
      isNumber: true,
      cell: ({ lifetime_value }) => <InLocale>{formatMoney(lifetime_value, currency)}</InLocale>,
    },
    {
      head: 'Tags',
      slot: 'badge',
      width: '9rem',
      cell: ({ tags }) => (tags.length === 0 ? null : <span className="badge">{tags.join(', ')}</span>),
    },
  ];
}

function visitsText(visits: number): string {
  return `${formatCount(visits)} ${visits === 1 ? 'visit' : 'visits'}`;
}
