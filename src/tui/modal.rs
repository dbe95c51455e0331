//! The stack of modals: the top one gets the keys, all are drawn, the rest see nothing.

use super::event::LayerId;
use super::screen::Layer;
use super::shared::Shared;

#[derive(Default)]
pub struct Stack {
    layers: Vec<Box<dyn Layer>>,
}

impl Stack {
    pub fn open(&mut self, mut layer: Box<dyn Layer>, shared: &mut Shared) {
        layer.refresh(shared);
        self.layers.push(layer);
    }

    pub fn close(&mut self, id: LayerId) {
        self.layers.retain(|layer| layer.id() != id);
    }

    pub fn clear(&mut self) {
        self.layers.clear();
    }

    pub fn top(&mut self) -> Option<&mut Box<dyn Layer>> {
        self.layers.last_mut()
    }

    #[must_use]
    pub fn top_ref(&self) -> Option<&dyn Layer> {
        self.layers.last().map(AsRef::as_ref)
    }

    pub fn iter(&self) -> impl Iterator<Item = &dyn Layer> {
        self.layers.iter().map(AsRef::as_ref)
    }

    pub fn find(&mut self, id: LayerId) -> Option<&mut Box<dyn Layer>> {
        self.layers.iter_mut().find(|layer| layer.id() == id)
    }
}
