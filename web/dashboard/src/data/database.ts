type Json = string | number | boolean | null | { [key: string]: Json | undefined } | Json[];

type BookingRow = {
  id: number;
  business_id: string;
  client_id: number | null;
  client_name: string;
  staff_id: number | null;
  service: string;
  status: string;
  starts_at: string;
  duration_minutes: number;
  amount: number | null;
  tags: string[];
  notes: Json | null;
  created_at: string;
  updated_at: string;
};

type BusinessRow = { id: string; name: string; currency: string };

/** The part of the schema that the dashboard uses, in the shape that `supabase gen types typescript` prints. */
export type Database = {
  public: {
    Tables: {
      bookings: {
        Row: BookingRow;
        Insert: Omit<BookingRow, 'id' | 'created_at' | 'updated_at'>;
      };
      businesses: {
        Row: BusinessRow;
        Insert: BusinessRow;
      };
    };
  };
};

export type TableName = keyof Database['public']['Tables'];
export type Row<Table extends TableName> = Database['public']['Tables'][Table]['Row'];
export type Insert<Table extends TableName> = Database['public']['Tables'][Table]['Insert'];

export type Booking = Row<'bookings'>;
export type Business = Row<'businesses'>;

declare module 'switchboard-realtime' {
  interface Register {
    database: Database;
  }
}
