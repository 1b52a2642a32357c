import type { ListOptions, Recommendation } from './types.js';
export type ListName = 'forYou' | 'related' | 'boughtTogether' | 'similar' | 'trending' | 'recentlyViewed' | 'buyItAgain' | 'becauseYouViewed';
export interface RailRequest extends ListOptions { name: string; list: ListName; item?: string; items?: string[]; rails?: number; period?: number; category?: string; diversity?: number }
export interface Rail { name: string; list: ListName; anchor?: string; items: Recommendation[] }
